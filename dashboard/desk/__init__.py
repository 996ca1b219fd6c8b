"""Pure decisions of the work desk: alert life, drafts, clocks; no Streamlit, no database."""
