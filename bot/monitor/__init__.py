"""What other programs see of a running bot: metrics for Prometheus, whether it is alive, and whether it is ready."""
