package com.example.auth.routes;

import com.example.auth.Settings;
import com.example.auth.mfa.MfaLogins;
import com.example.auth.passwords.Credentials;
import com.example.auth.sessions.Sessions;
import com.example.auth.sessions.Tokens;
import com.example.auth.throttle.Throttle;
import com.example.auth.users.User;
import com.example.auth.web.Body;
import com.example.auth.web.Problem;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class LoginController {

    private final Settings settings;
    private final Credentials credentials;
    private final MfaLogins mfaLogins;
    private final Sessions sessions;
    private final Throttle throttle;

    LoginController(Settings settings, Credentials credentials, MfaLogins mfaLogins, Sessions sessions,
            Throttle throttle) {
        this.settings = settings;
        this.credentials = credentials;
        this.mfaLogins = mfaLogins;
        this.sessions = sessions;
        this.throttle = throttle;
    }

    private record SecondFactorRequired(boolean mfaRequired, String mfaToken) {
    }

    /** Judge the password first: who does not know it learns nothing of the account, not even that it is unverified. */
    @PostMapping("/auth/login")
    ResponseEntity<Record> logIn(Body body) {
        User user = credentials.verify(body.address("email"), body.text("password")).orElseThrow(Problem::loginFailed);
        if (settings.requireVerifiedEmail() && !user.emailVerified()) {
            throw Problem.of(HttpStatus.FORBIDDEN, "email-not-verified", "Email not verified");
        }
        Record answer = user.secondFactorActive() ? new SecondFactorRequired(true, mfaLogins.begin(user)) : begin(user);
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(answer);
    }

    /** Forget failures only here, not before a second factor: a known password must not buy guesses at codes. */
    private Tokens begin(User user) {
        Tokens tokens = sessions.begin(user).orElseThrow(Problem::loginFailed);
        throttle.forget(user.account());
        return tokens;
    }
}
