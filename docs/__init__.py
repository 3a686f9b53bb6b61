"""Documents for those who run Kkachi, and the tools that write some of them."""
