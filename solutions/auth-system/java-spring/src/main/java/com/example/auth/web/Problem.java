package com.example.auth.web;

import java.net.URI;
import java.util.List;
import java.util.Map;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** An error as RFC 9457 has it. Thrown wherever a request cannot go on. */
public final class Problem extends ErrorResponseException {

    private Problem(HttpStatus status, ProblemDetail body) {
        super(status, body, null);
    }

    /** Make a problem that the status alone explains. */
    public static Problem of(HttpStatus status) {
        return new Problem(status, ProblemDetail.forStatus(status));
    }

    /** Make a problem of a kind of its own, such as {@code email-taken}. */
    public static Problem of(HttpStatus status, String kind, String title) {
        ProblemDetail body = ProblemDetail.forStatus(status);
        body.setType(URI.create("urn:problem:" + kind));
        body.setTitle(title);
        return new Problem(status, body);
    }

    /** Refuse a body that is JSON but not what is wanted; the pointer says where (RFC 6901). */
    public static Problem invalid(String pointer, String detail) {
        Problem problem = of(HttpStatus.UNPROCESSABLE_ENTITY, "invalid-body", "Invalid body");
        problem.getBody().setProperty("errors", List.of(Map.of("pointer", pointer, "detail", detail)));
        return problem;
    }

    /** Refuse a token that was mailed. */
    public static Problem invalidToken() {
        return of(HttpStatus.BAD_REQUEST, "invalid-token", "Invalid token");
    }

    /** Refuse a login: the same answer whatever was wrong, so that nobody learns which half was right. */
    public static Problem loginFailed() {
        return of(HttpStatus.UNAUTHORIZED, "login-failed", "Login failed").with(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }

    /** Add a header to the answer. */
    public Problem with(String header, String value) {
        getHeaders().set(header, value);
        return this;
    }
}
