package com.example.shortener;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * An error in the form that every answer of this kata uses: RFC 9457, application/problem+json.
 * Throw it wherever a request cannot go on; Spring's own errors take the same form.
 */
class Problem extends ErrorResponseException {

    Problem(HttpStatus status, String title) {
        super(status, body(status, title), null);
    }

    private static ProblemDetail body(HttpStatus status, String title) {
        ProblemDetail body = ProblemDetail.forStatus(status);
        body.setTitle(title);
        return body;
    }
}
