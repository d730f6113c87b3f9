// RUN: %nibble_opt %s | %nibble_opt | FileCheck %s
// RUN: %nibble_opt %s --mlir-print-op-generic | %nibble_opt | FileCheck %s

// CHECK-LABEL: func.func @checks(
func.func @checks(%x: tensor<4xf32>, %y: tensor<4xf32>, %codes: tensor<4x?xi8>, %scale: tensor<4x1xf16>) {
  // CHECK: nibble_check.expect_eq %arg2, %arg2 : tensor<4x?xi8>
  nibble_check.expect_eq %codes, %codes : tensor<4x?xi8>
  // CHECK: nibble_check.expect_close %arg0, %arg1 ulps 4 : tensor<4xf32>
  nibble_check.expect_close %x, %y ulps 4 : tensor<4xf32>
  // CHECK: nibble_check.expect_close %arg0, %arg1 relative 1.000000e-05 : tensor<4xf32>
  nibble_check.expect_close %x, %y relative 1.0e-5 : tensor<4xf32>
  // CHECK: nibble_check.expect_close %arg0, %arg1 relative 1.000000e-05 absolute 1.000000e-08 : tensor<4xf32>
  nibble_check.expect_close %x, %y relative 1.0e-5 absolute 1.0e-8 : tensor<4xf32>
  // CHECK: nibble_check.expect_sqnr %arg0, %arg1 at_least 3.000000e+01 : tensor<4xf32>
  nibble_check.expect_sqnr %x, %y at_least 30.0 : tensor<4xf32>
  // CHECK: nibble_check.expect_bits_per_weight %arg2, %arg3 stores tensor<4x64xf32> at_most 4.250000e+00 : tensor<4x?xi8>, tensor<4x1xf16>
  nibble_check.expect_bits_per_weight %codes, %scale stores tensor<4x64xf32> at_most 4.25 : tensor<4x?xi8>, tensor<4x1xf16>
  return
}
