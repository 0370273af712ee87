<?php
// The signalling part of the old API, in our words (contract/duels.md 7): for
// each duel id on standard input a signal file, unless one is there already.
// usage: php notify.php FOLDER
$folder = $argv[1];
while (($line = fgets(STDIN)) !== false) {
    $file = sprintf('%s/duel_%d.signal', $folder, (int) $line);
    clearstatcache();
    if (is_file($file)) {
        echo "coalesced\n";
        continue;
    }
    file_put_contents($file, sprintf('%.6f', microtime(true)), LOCK_EX);
    echo "written\n";
}
