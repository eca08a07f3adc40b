"""`tikapi`: a command for each endpoint of TikAPI, and what is made of several of them."""
