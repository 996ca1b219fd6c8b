"""One Streamlit page a file, each a short script."""
