module contact-book

go 1.22
