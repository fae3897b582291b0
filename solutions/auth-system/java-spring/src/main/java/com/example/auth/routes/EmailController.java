package com.example.auth.routes;

import com.example.auth.mails.Letters;
import com.example.auth.mails.MailedTokens;
import com.example.auth.mails.MailedTokens.Purpose;
import com.example.auth.users.Users;
import com.example.auth.web.Body;
import com.example.auth.web.Problem;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Proving an address. With POST: mail scanners follow links, and would use them up. */
@RestController
class EmailController {

    private final Users users;
    private final MailedTokens mailedTokens;
    private final Letters letters;

    EmailController(Users users, MailedTokens mailedTokens, Letters letters) {
        this.users = users;
        this.mailedTokens = mailedTokens;
        this.letters = letters;
    }

    @PostMapping("/auth/verify-email")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void verify(Body body) {
        users.verifyEmail(mailedTokens.use(body.text("token"), Purpose.VERIFY).orElseThrow(Problem::invalidToken));
    }

    /** Answer everybody alike; whether a mail goes out is nobody's business but the owner's. */
    @PostMapping("/auth/verify-email/resend")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void resend(Body body) {
        users.findByEmail(body.address("email")).filter(user -> !user.emailVerified())
                .ifPresent(user -> letters.verifyEmail(user, mailedTokens.issue(user.id(), Purpose.VERIFY)));
    }
}
