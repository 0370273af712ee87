#!/usr/bin/env php
<?php
/**
 * A backend that publishes to ws-gateway with WS_LOG=on (php-redis).
 *
 * usage: publish.php HOST PORT DIALOG_ID MESSAGE_ID TEXT
 *
 * Prints one JSON object: the cursor and the history a page would be given,
 * and where the message stands in the log of its dialog.
 */
declare(strict_types=1);

/** Calls a function of the library wsgw; its errors become exceptions. */
function call(Redis $store, string ...$words): mixed
{
    $store->clearLastError();
    $answer = $store->rawCommand('FCALL', ...$words);
    if ($store->getLastError() !== null) {
        throw new RuntimeException($store->getLastError());
    }
    return $answer;
}

/**
 * What a page needs to go on without a seam. The cursor is read *before* the
 * history: an event that comes in between is in both, never in none, and the
 * page knows it by its message id. It connects with ?v=1&cursor=<cursor>.
 */
function first_page(Redis $store, int $dialog, callable $history): array
{
    $cursor = call($store, 'wsgw_cursor', '1', "dialog:$dialog");
    return ['cursor' => $cursor, 'history' => $history($dialog)];
}

/**
 * Appends a message once, however often this is tried: the idempotency key is
 * remembered for five minutes, so after a timeout just call it again.
 */
function publish(Redis $store, int $dialog, array $message): array
{
    $event = ['type' => 'message:new', 'dialog_id' => $dialog,
              'message' => $message];
    [$epoch, $seq, $duplicate] = call(
        $store, 'wsgw_publish', '1', "dialog:$dialog",
        json_encode($event, JSON_THROW_ON_ERROR), "message:{$message['id']}");
    return ['epoch' => $epoch, 'seq' => $seq,
            'duplicate' => (bool) $duplicate];
}

[, $host, $port, $dialog, $id, $text] = $argv;
$store = new Redis();
$store->connect($host, (int) $port);
$page = first_page($store, (int) $dialog, fn (int $dialog): array => []);
$at = publish($store, (int) $dialog,
              ['id' => (int) $id, 'text' => $text, 'sender' => 'manager']);
echo json_encode($page + $at, JSON_THROW_ON_ERROR), "\n";
