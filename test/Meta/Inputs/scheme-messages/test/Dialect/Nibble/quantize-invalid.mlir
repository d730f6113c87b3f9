// expected-error @below {{'nibble.quantize' op (C1) expected the shape}}
// expected-error @below {{'nibble.quantize' op (C4) not a scheme of @other: expected <u4>}}
// expected-error @below {{'nibble.quantize' op no 'nibble.scheme' @x}}
