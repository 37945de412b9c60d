"""Step 1 on many hosts: dulae_health beside a stock playbook that asks the same, under the same ansible.cfg."""
