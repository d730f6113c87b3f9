// RUN: %nibble_opt %s --pass-pipeline='builtin.module(nibble-erase-checks)' | FileCheck %s

// CHECK-NOT: nibble_check
// CHECK-LABEL: func.func @main(
// CHECK-NEXT:    math.absf
// CHECK-NEXT:    return
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = math.absf %x : tensor<4xf32>
  nibble_check.expect_close %y, %x absolute 1.0 : tensor<4xf32>
  return %y : tensor<4xf32>
}

// A test of @main goes; what a function computes or is called for stays.
// CHECK-NOT: @test
func.func @test() {
  %x = arith.constant dense<1.0> : tensor<4xf32>
  %y = call @main(%x) : (tensor<4xf32>) -> tensor<4xf32>
  nibble_check.expect_eq %y, %x : tensor<4xf32>
  return
}

// CHECK-LABEL: func.func private @called()
func.func private @called() {
  %x = arith.constant dense<1.0> : tensor<4xf32>
  nibble_check.expect_eq %x, %x : tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @computes() -> tensor<4xf32>
func.func @computes() -> tensor<4xf32> {
  call @called() : () -> ()
  %x = arith.constant dense<1.0> : tensor<4xf32>
  nibble_check.expect_eq %x, %x : tensor<4xf32>
  return %x : tensor<4xf32>
}
