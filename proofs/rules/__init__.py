"""The rules: what a theorem of the literature lets one conclude, each computing its conclusion from its premises."""
