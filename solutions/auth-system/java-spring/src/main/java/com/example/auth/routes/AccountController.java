package com.example.auth.routes;

import java.net.URI;

import com.example.auth.mails.Letters;
import com.example.auth.mails.MailedTokens;
import com.example.auth.mails.MailedTokens.Purpose;
import com.example.auth.passwords.PasswordHasher;
import com.example.auth.passwords.PasswordRules;
import com.example.auth.sessions.Caller;
import com.example.auth.users.User;
import com.example.auth.users.UserView;
import com.example.auth.users.Users;
import com.example.auth.web.Body;
import com.example.auth.web.Problem;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Signing up, and the account itself. */
@RestController
class AccountController {

    private final Users users;
    private final PasswordRules rules;
    private final PasswordHasher hasher;
    private final MailedTokens mailedTokens;
    private final Letters letters;

    AccountController(Users users, PasswordRules rules, PasswordHasher hasher, MailedTokens mailedTokens,
            Letters letters) {
        this.users = users;
        this.rules = rules;
        this.hasher = hasher;
        this.mailedTokens = mailedTokens;
        this.letters = letters;
    }

    @PostMapping("/auth/signup")
    ResponseEntity<UserView> signUp(Body body) {
        String email = body.address("email");
        String password = rules.newPassword(body, "password");
        String name = body.textOrNull("name");

        User user = users.add(email, name, hasher.hash(password))
                .orElseThrow(() -> Problem.of(HttpStatus.CONFLICT, "email-taken", "Email taken"));
        letters.verifyEmail(user, mailedTokens.issue(user.id(), Purpose.VERIFY));
        return ResponseEntity.created(URI.create("/auth/me")).body(UserView.of(user));
    }

    @GetMapping("/auth/me")
    UserView show(Caller caller) {
        return UserView.of(caller.user());
    }

    /** Change the name if one is given; null takes it away. */
    @PatchMapping("/auth/me")
    UserView change(Caller caller, Body body) {
        if (!body.has("name")) {
            return UserView.of(caller.user());
        }
        return UserView.of(users.rename(caller.user().id(), body.textOrNull("name")));
    }
}
