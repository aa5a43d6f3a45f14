"""What every process has: logs, metrics, traces, health, settings of a worker."""
