package com.example.auth.web;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Turns whatever is thrown into a problem; Spring's own exceptions are turned by the class above. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    /** The database is away, went away meanwhile, or gave up on two requests that stood in each other's way. */
    @ExceptionHandler({DataAccessResourceFailureException.class, TransientDataAccessException.class,
            TransactionException.class})
    ResponseEntity<Object> databaseAway(Exception exception, WebRequest request) throws Exception {
        LOG.warn("the database does not answer: {}", exception.getMessage());
        return handle(Problem.of(HttpStatus.SERVICE_UNAVAILABLE).with(HttpHeaders.RETRY_AFTER, "1"), request);
    }

    /** A mistake of ours: its story is for the log, not for the client. */
    @ExceptionHandler
    ResponseEntity<Object> unexpected(RuntimeException exception, WebRequest request) throws Exception {
        LOG.error("unexpected", exception);
        return handle(Problem.of(HttpStatus.INTERNAL_SERVER_ERROR), request);
    }

    private ResponseEntity<Object> handle(ErrorResponseException problem, WebRequest request) throws Exception {
        return handleException(problem, request);
    }
}
