package com.example.auth;

import java.net.URI;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.mail.javamail.JavaMailSenderImpl;

/** Whatever sends mail asks for a {@code JavaMailSender} in its constructor. */
@Configuration(proxyBeanMethods = false)
class Mail {

    /** SMTP_URL is smtp://host:port, without a password. */
    @Bean
    JavaMailSender mailSender(@Value("${SMTP_URL}") URI url) {
        JavaMailSenderImpl sender = new JavaMailSenderImpl();
        sender.setHost(url.getHost());
        sender.setPort(url.getPort());
        return sender;
    }
}
