// RUN: %nibble_opt %s --split-input-file --verify-diagnostics

func.func private @f() attributes {
  // expected-error @below {{(C1) expected kernel, strides and dilations as two numbers of at least 1, got [3]}}
  patches = #nibble.patches<kernel = [3], strides = [1, 1], dilations = [1, 1], padding = [0, 0, 0, 0], groups = 1>
}

// -----

func.func private @f() attributes {
  // expected-error @below {{(C1) expected kernel, strides and dilations as two numbers of at least 1, got [0, 1]}}
  patches = #nibble.patches<kernel = [3, 3], strides = [0, 1], dilations = [1, 1], padding = [0, 0, 0, 0], groups = 1>
}

// -----

func.func private @f() attributes {
  // expected-error @below {{(C1) expected four numbers of padding of at least 0, got [0, 0, 0, -1]}}
  patches = #nibble.patches<kernel = [3, 3], strides = [1, 1], dilations = [1, 1], padding = [0, 0, 0, -1], groups = 1>
}

// -----

func.func private @f() attributes {
  // expected-error @below {{(C2) expected at least one group, got 0}}
  patches = #nibble.patches<kernel = [3, 3], strides = [1, 1], dilations = [1, 1], padding = [0, 0, 0, 0], groups = 0>
}
