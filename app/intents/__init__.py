"""What a key, a click or a menu means: each intent turns the present state into the next."""
