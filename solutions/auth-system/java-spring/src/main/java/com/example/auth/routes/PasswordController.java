package com.example.auth.routes;

import java.util.UUID;

import com.example.auth.mails.Letters;
import com.example.auth.mails.MailedTokens;
import com.example.auth.mails.MailedTokens.Purpose;
import com.example.auth.passwords.Credentials;
import com.example.auth.passwords.PasswordChanges;
import com.example.auth.passwords.PasswordRules;
import com.example.auth.sessions.Caller;
import com.example.auth.users.Users;
import com.example.auth.web.Body;
import com.example.auth.web.Problem;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Setting a new password, by a mailed link or by the present one. */
@RestController
class PasswordController {

    private final Users users;
    private final Credentials credentials;
    private final PasswordRules rules;
    private final PasswordChanges changes;
    private final MailedTokens mailedTokens;
    private final Letters letters;

    PasswordController(Users users, Credentials credentials, PasswordRules rules, PasswordChanges changes,
            MailedTokens mailedTokens, Letters letters) {
        this.users = users;
        this.credentials = credentials;
        this.rules = rules;
        this.changes = changes;
        this.mailedTokens = mailedTokens;
        this.letters = letters;
    }

    /** Answer everybody alike; whether a mail goes out is nobody's business but the owner's. */
    @PostMapping("/auth/password/forgot")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void forgot(Body body) {
        users.findByEmail(body.address("email"))
                .ifPresent(user -> letters.resetPassword(user, mailedTokens.issue(user.id(), Purpose.RESET)));
    }

    /** Judge the password before the token is used up. */
    @PostMapping("/auth/password/reset")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void reset(Body body) {
        String token = body.text("token");
        String password = rules.newPassword(body, "password");
        UUID user = changes.reset(token, password).orElseThrow(Problem::invalidToken);
        users.find(user).ifPresent(letters::passwordChanged);
    }

    @PostMapping("/auth/password/change")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void change(Caller caller, Body body) {
        String current = body.text("current_password");
        String password = rules.newPassword(body, "new_password");
        credentials.verify(caller.user().email(), current)
                .orElseThrow(() -> Problem.of(HttpStatus.FORBIDDEN, "wrong-password", "Wrong password"));
        changes.change(caller, password);
        letters.passwordChanged(caller.user());
    }
}
