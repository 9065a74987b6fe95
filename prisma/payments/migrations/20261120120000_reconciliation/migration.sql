-- When the gateway was asked, long enough after a payment was made void, whether a capture came through all the same.
ALTER TABLE payments.payment ADD COLUMN checked_at timestamptz(3);

CREATE INDEX payment_unchecked ON payments.payment (created_at) WHERE state = 'void' AND checked_at IS NULL;
