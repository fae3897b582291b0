package com.example.auth;

import java.util.Map;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class AccountController {

    // Level 1: sign up. Start here.
    //
    // Read the JSON body, refuse what the brief refuses, hash the password with Argon2PasswordEncoder (already in
    // pom.xml), write one row, answer 201. The database is empty at first: make your tables when the program starts.

    /** Create an account. */
    @PostMapping("/auth/signup")
    ResponseEntity<Map<String, Object>> signUp() {
        throw new Problem(HttpStatus.NOT_IMPLEMENTED, "signup is not written yet");
    }

    // Level 2: log in, and say who is logged in.
    //
    //   POST /auth/login
    //   GET  /auth/me
}
