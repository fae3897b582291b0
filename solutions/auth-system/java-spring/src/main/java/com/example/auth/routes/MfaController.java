package com.example.auth.routes;

import java.nio.charset.StandardCharsets;
import java.util.List;

import com.example.auth.mfa.MfaLogins;
import com.example.auth.mfa.SecondFactor;
import com.example.auth.sessions.Caller;
import com.example.auth.sessions.Sessions;
import com.example.auth.sessions.Tokens;
import com.example.auth.throttle.Throttle;
import com.example.auth.users.User;
import com.example.auth.web.Body;
import com.example.auth.web.Problem;
import org.bouncycastle.util.encoders.Base32;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriUtils;

/** The second factor: switching it on and off, and the end of a login that needs it. */
@RestController
class MfaController {

    /** What an authenticator shows beside the code. */
    private static final String ISSUER = "auth-system";

    private final SecondFactor secondFactor;
    private final MfaLogins mfaLogins;
    private final Sessions sessions;
    private final Throttle throttle;

    MfaController(SecondFactor secondFactor, MfaLogins mfaLogins, Sessions sessions, Throttle throttle) {
        this.secondFactor = secondFactor;
        this.mfaLogins = mfaLogins;
        this.sessions = sessions;
        this.throttle = throttle;
    }

    private record Enrolment(String secret, String otpauthUri) {
    }

    private record Activation(List<String> recoveryCodes) {
    }

    @PostMapping("/auth/mfa/totp/enroll")
    ResponseEntity<Enrolment> enroll(Caller caller) {
        byte[] secret = secondFactor.enroll(caller.user().id())
                .orElseThrow(() -> Problem.of(HttpStatus.UNPROCESSABLE_ENTITY, "mfa-active", "Second factor is on"));
        String base32 = Base32.toBase32String(secret);
        return secretly(new Enrolment(base32, otpauthUri(caller.user(), base32)));
    }

    @PostMapping("/auth/mfa/totp/activate")
    ResponseEntity<Activation> activate(Caller caller, Body body) {
        List<String> recoveryCodes = secondFactor.activate(caller.user().id(), body.text("code"))
                .orElseThrow(() -> Problem.invalid("#/code", "no code of a secret that waits to be switched on"));
        return secretly(new Activation(recoveryCodes));
    }

    @PostMapping("/auth/mfa/totp/disable")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void disable(Caller caller, Body body) {
        String code = body.text("code");
        if (!caller.user().secondFactorActive()) {
            throw Problem.of(HttpStatus.UNPROCESSABLE_ENTITY, "mfa-inactive", "Second factor is off");
        }
        verify(caller.user(), code);
        secondFactor.disable(caller.user().id());
    }

    @PostMapping("/auth/mfa/verify")
    ResponseEntity<Tokens> finishLogin(Body body) {
        String token = body.text("mfa_token");
        String code = body.text("code");
        User user = mfaLogins.find(token).orElseThrow(Problem::loginFailed);
        verify(user, code);
        if (!mfaLogins.end(token)) {
            throw Problem.loginFailed();
        }
        Tokens tokens = sessions.begin(user).orElseThrow(Problem::loginFailed);
        throttle.forget(user.account());
        return secretly(tokens);
    }

    /** Go on with a right code; a wrong one counts like a wrong password, for six digits are soon guessed. */
    private void verify(User user, String code) {
        throttle.check(user.account());
        if (!secondFactor.accepts(user.id(), code)) {
            throttle.countFailure(user.account());
            throw Problem.loginFailed();
        }
        // Others may have failed meanwhile.
        throttle.check(user.account());
    }

    /** The form that authenticators read: <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>. */
    private static String otpauthUri(User user, String secret) {
        String email = UriUtils.encode(user.email(), StandardCharsets.UTF_8);
        return "otpauth://totp/%s:%s?secret=%s&issuer=%s".formatted(ISSUER, email, secret, ISSUER);
    }

    private static <T> ResponseEntity<T> secretly(T body) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(body);
    }
}
