"""Servers: the gateway, a provider, the world. They speak HTTP and JSON, and hold no physics.

gateway        the vault for tenants, /v1
provider_app   deposits, for vaults
world_app      nature, for vaults and providers
problem        errors as RFC 9457 documents
auth, limits   bearer tokens, greatest sizes
"""
