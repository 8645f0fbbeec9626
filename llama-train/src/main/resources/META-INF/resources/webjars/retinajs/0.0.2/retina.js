// The dashboard loads this script and uses nothing of it for our runs, so the library is left out.
