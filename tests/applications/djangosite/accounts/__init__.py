"""Users of the site's own, for those that did not take Django's."""
