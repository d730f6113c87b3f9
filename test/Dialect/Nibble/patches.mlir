// RUN: %nibble_opt %s | %nibble_opt | FileCheck %s

// CHECK-LABEL: @read
// CHECK-SAME: #nibble.patches<kernel = [3, 3], strides = [2, 2], dilations = [1, 1], padding = [1, 1, 1, 0], groups = 2>
func.func private @read() attributes {
  patches = #nibble.patches<kernel = [3, 3], strides = [2, 2], dilations = [1, 1], padding = [1, 1, 1, 0], groups = 2>
}
