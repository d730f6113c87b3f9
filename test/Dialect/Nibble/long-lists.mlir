// Long lists of scales, codes and levels: printed whole they parse again, as resources too; printers leave them out.

// RUN: %nibble_opt %s -o %t.mlir
// RUN: %nibble_opt %t.mlir -o %t.again.mlir
// RUN: cmp %t.mlir %t.again.mlir
// RUN: FileCheck %s --check-prefix=WHOLE < %t.mlir
// RUN: %nibble_opt %s --mlir-elide-elementsattrs-if-larger=16 --mlir-elide-resource-strings-if-larger=16 | FileCheck %s --check-prefix=SHORT

// They are the same lists, whatever holds them.
// RUN: %nibble_opt %t.mlir --pass-pipeline='builtin.module(func.func(nibble-convert-nibble-to-linalg,canonicalize))' --mlir-elide-elementsattrs-if-larger=16 --mlir-elide-resource-strings-if-larger=16 | FileCheck %s --check-prefix=LINALG

// WHOLE-LABEL: @dense
// SHORT-LABEL: @dense
// A list of up to 16 levels is written out.
// WHOLE: as <u5, table = dense<[-8.000000e+00, {{.*}} 8.000000e+00]> : tensor<17xf32>, block = [1]>
// SHORT: %[[S:.*]] = arith.constant dense_resource<__elided__> : tensor<24xf32>
// SHORT: %[[Q:.*]] = arith.constant dense_resource<__elided__> : tensor<24xi8>
// SHORT: nibble.dequantize %[[Q]] scale(%[[S]] : tensor<24xf32>) as <s8, block = [1]> : tensor<24xi8> -> tensor<24xf32>
// SHORT: as <u5, table = dense_resource<__elided__> : tensor<17xf32>, block = [1]> : tensor<15xi8> -> tensor<24xf32>
// SHORT: as <u4, table = [0.000000e+00, {{.*}}, 1.500000e+01]> : tensor<12xi8> -> tensor<24xf32>
func.func @dense(%packed: tensor<15xi8>, %nibbles: tensor<12xi8>, %one: tensor<f32>) -> (tensor<24xf32>, tensor<24xf32>, tensor<24xf32>) {
  %s = arith.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 22.0, 23.0, 24.0]> : tensor<24xf32>
  %q = arith.constant dense<[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]> : tensor<24xi8>
  %0 = nibble.dequantize %q scale(%s : tensor<24xf32>) as <s8, block = [1]> : tensor<24xi8> -> tensor<24xf32>
  %1 = nibble.dequantize %packed scale(%s : tensor<24xf32>) as <u5, block = [1], table = [-8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]>
         : tensor<15xi8> -> tensor<24xf32>
  %2 = nibble.dequantize %nibbles scale(%one : tensor<f32>) as <u4, table = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0]>
         : tensor<12xi8> -> tensor<24xf32>
  return %0, %1, %2 : tensor<24xf32>, tensor<24xf32>, tensor<24xf32>
}

// WHOLE-LABEL: @resources
// WHOLE: arith.constant dense_resource<scales> : tensor<4xf32>
// WHOLE: nibble.dequantize %{{.*}} as <u2, table = dense_resource<levels> : tensor<4xf32>, block = [1]>
// LINALG-LABEL: @resources
// LINALG: arith.constant dense<[1.000000e+00, 2.000000e+00, 4.000000e+00, 8.000000e+00]> : tensor<4xf32>
// LINALG: linalg.generic
// LINALG: tensor.extract
func.func @resources(%q: tensor<1xi8>) -> tensor<4xf32> {
  %s = arith.constant dense_resource<scales> : tensor<4xf32>
  %x = nibble.dequantize %q scale(%s : tensor<4xf32>) as <u2, table = dense_resource<levels> : tensor<4xf32>, block = [1]> : tensor<1xi8> -> tensor<4xf32>
  return %x : tensor<4xf32>
}

// WHOLE-DAG: levels: "0x040000000000803F000000400000804000000041"
// WHOLE-DAG: scales: "0x040000000000003F000000400000404000008040"
// SHORT-NOT: 0x04
{-#
  dialect_resources: {
    builtin: {
      levels: "0x040000000000803F000000400000804000000041",
      scales: "0x040000000000003F000000400000404000008040"
    }
  }
#-}
