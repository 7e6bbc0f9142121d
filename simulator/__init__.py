"""A carrier in a box: phones, queues, texts, REST and webhooks over HTTP, knowing nothing of the service it rings."""
