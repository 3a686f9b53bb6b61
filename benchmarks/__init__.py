"""What is measured; `make bench` prints ratios, both sides in one run."""
