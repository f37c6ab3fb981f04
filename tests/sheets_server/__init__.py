"""A local Google Sheets server: the API's endpoints over real HTTP, with real sheets behind them."""
