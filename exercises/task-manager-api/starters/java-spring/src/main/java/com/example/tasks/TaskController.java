package com.example.tasks;

import java.util.Map;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class TaskController {

    // Level 1: create, read, list, replace, change and delete tasks. Start here.
    //
    // Read the token of the `Authorization` header (who is asking?), read the JSON body, write one row, answer 201 with
    // the task, its `Location` and its `ETag`. The database is empty at first: make your tables when the program
    // starts.

    /** Create a task. */
    @PostMapping("/tasks")
    ResponseEntity<Map<String, Object>> createTask() {
        throw new Problem(HttpStatus.NOT_IMPLEMENTED, "creating tasks is not written yet");
    }

    // Still level 1:
    //
    //   GET    /tasks
    //   GET    /tasks/{id}
    //   PUT    /tasks/{id}
    //   PATCH  /tasks/{id}
    //   DELETE /tasks/{id}
}
