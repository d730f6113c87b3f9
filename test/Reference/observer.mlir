// RUN: %nibble_interpret --observe %s | FileCheck %s

// The observer sees each op outside of scalar regions, in called functions too, and no memrefs.

// CHECK:      arith.constant: tensor<2xf32> [1, -2]
// CHECK-NEXT: nibble.observe: tensor<2xf32> [1, -2]
// CHECK-NEXT: func.call: tensor<2xf32> [1, -2]
// CHECK-NEXT: tensor<2xf32> [1, -2]
func.func private @probe(%x: tensor<2xf32>) -> tensor<2xf32> {
  %y = nibble.observe %x "y" : tensor<2xf32> -> tensor<2xf32>
  return %y : tensor<2xf32>
}
func.func @main() -> tensor<2xf32> {
  %x = arith.constant dense<[1.0, -2.0]> : tensor<2xf32>
  %memory = memref.alloc() : memref<2xf32>
  %y = func.call @probe(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
