package com.example.auth.routes;

import com.example.auth.sessions.Caller;
import com.example.auth.sessions.Sessions;
import com.example.auth.sessions.Tokens;
import com.example.auth.web.Body;
import com.example.auth.web.Problem;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Going on with a login, and ending it. */
@RestController
class SessionController {

    private final Sessions sessions;

    SessionController(Sessions sessions) {
        this.sessions = sessions;
    }

    @PostMapping("/auth/refresh")
    ResponseEntity<Tokens> refresh(Body body) {
        Tokens tokens = sessions.rotate(body.text("refresh_token"))
                .orElseThrow(() -> Problem.of(HttpStatus.UNAUTHORIZED, "invalid-token", "Invalid token"));
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(tokens);
    }

    /** End the login of a refresh token; one that the caller does not own, or nobody, changes nothing. */
    @PostMapping("/auth/logout")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void logOut(Caller caller, Body body) {
        sessions.end(caller.user().id(), body.text("refresh_token"));
    }

    @PostMapping("/auth/logout-all")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void logOutEverywhere(Caller caller) {
        sessions.endAll(caller.user().id());
    }
}
