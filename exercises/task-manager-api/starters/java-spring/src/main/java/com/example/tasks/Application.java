package com.example.tasks;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import sun.misc.Signal;

/** A task manager, level by level: {@code BRIEF.md} says what to do, {@code README.md} how to check it. */
@SpringBootApplication
public class Application {

    public static void main(String[] arguments) {
        ConfigurableApplicationContext context = SpringApplication.run(Application.class, arguments);
        // Left alone, a JVM ends with 143 on SIGTERM, even when all requests were answered and all pools closed.
        Signal.handle(new Signal("TERM"), signal -> System.exit(SpringApplication.exit(context)));
    }
}
