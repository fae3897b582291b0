package com.example.shortener;

import java.util.Map;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class LinkController {

    // Level 1: shorten and redirect. Start here.
    //
    // Read the JSON body, draw a code, write one row with JdbcClient (already in pom.xml), answer 201. The database is
    // empty at first: make your tables when the program starts.

    /** Make a link. */
    @PostMapping("/api/links")
    ResponseEntity<Map<String, Object>> createLink() {
        throw new Problem(HttpStatus.NOT_IMPLEMENTED, "links cannot be made yet");
    }

    // Then look it up again. Redis can wait until level 8.
    //
    //   GET, HEAD /{code}
    //   GET       /api/links/{code}


    // Level 2: refuse targets that do harm.
}
