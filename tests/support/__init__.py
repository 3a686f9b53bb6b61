"""What tests are written with: worlds on loopback, clocks that are turned by hand, people."""
