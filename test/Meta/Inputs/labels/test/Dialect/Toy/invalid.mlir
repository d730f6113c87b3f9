// expected-error @below {{'nibble.add' op (C1) operands differ}}
// expected-error @below {{'nibble.sub' op (C1) operands differ}}
