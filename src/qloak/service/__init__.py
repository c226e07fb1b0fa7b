"""Servers: the gateway, a provider, the world. They speak HTTP and JSON, and hold no physics.

gateway        the vault for tenants, /v1
provider_app   deposits, for vaults
world_app      nature, for vaults and providers
run            address, TLS, logs and an orderly end of any of them
openapi        their descriptions as files
client         calls a gateway as the command line needs it
problem        errors as RFC 9457 documents
auth           bearer tokens; `token_file` is where servers have theirs
limits         greatest sizes; `headers` for browsers; `request_log` a line for each request
"""

__all__: list[str] = []
