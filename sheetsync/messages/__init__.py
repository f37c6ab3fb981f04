"""From a notice decided to a message delivered: rendering, composing, transports, the outbox."""
