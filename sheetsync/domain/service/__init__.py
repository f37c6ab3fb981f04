"""Questions, problems and ratings of customers: what the tabs Inquiries, Issues and Feedback say, for figures."""
