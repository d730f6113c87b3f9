// RUN: %nibble_interpret --split-input-file %s | FileCheck %s

// Constants of every storage: bits, splats, resources.
// CHECK:      tensor<3xi1> [1, 0, 1]
// CHECK-NEXT: tensor<2xi1> [1, 1]
// CHECK-NEXT: tensor<2xf16> [0.5, 0.5]
// CHECK-NEXT: tensor<3xi32> [1, 2, -1]
// CHECK-NEXT: tensor<bf16> 1.5
func.func @main() -> (tensor<3xi1>, tensor<2xi1>, tensor<2xf16>, tensor<3xi32>, bf16) {
  %bits = arith.constant dense<[true, false, true]> : tensor<3xi1>
  %ones = arith.constant dense<true> : tensor<2xi1>
  %splat = arith.constant dense<0.5> : tensor<2xf16>
  %resource = arith.constant dense_resource<numbers> : tensor<3xi32>
  %scalar = arith.constant 1.5 : bf16
  return %bits, %ones, %splat, %resource, %scalar : tensor<3xi1>, tensor<2xi1>, tensor<2xf16>, tensor<3xi32>, bf16
}
{-#
  dialect_resources: { builtin: { numbers: "0x040000000100000002000000FFFFFFFF" } }
#-}

// -----

// Calls, branches and loops: 1 + 2 + … + 10, doubled when it is odd.
// CHECK: tensor<index> 110
func.func private @twice(%x: index) -> index {
  %sum = arith.addi %x, %x : index
  return %sum : index
}
func.func @main() -> index {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c11 = arith.constant 11 : index
  %sum = scf.for %i = %c1 to %c11 step %c1 iter_args(%acc = %c0) -> index {
    %next = arith.addi %acc, %i : index
    scf.yield %next : index
  }
  %rest = arith.remui %sum, %c2 : index
  %odd = arith.cmpi eq, %rest, %c1 : index
  %r = scf.if %odd -> index {
    %doubled = func.call @twice(%sum) : (index) -> index
    scf.yield %doubled : index
  } else {
    scf.yield %sum : index
  }
  return %r : index
}

// -----

// CHECK:      tensor<index> -2
// CHECK-NEXT: tensor<index> 3
// CHECK-NEXT: tensor<index> 7
func.func @main() -> (index, index, index) {
  %c3 = arith.constant -3 : index
  %c7 = arith.constant 7 : index
  %apply = affine.apply affine_map<(d0) -> (d0 floordiv 2)>(%c3)
  %min = affine.min affine_map<(d0)[s0] -> (d0 - 4, s0)>(%c7)[%c7]
  %max = affine.max affine_map<(d0)[s0] -> (d0 - 4, s0)>(%c7)[%c7]
  return %apply, %min, %max : index, index, index
}

// -----

// A parallel loop over tiles, each with memory of its own; one without iterations does nothing.
// CHECK: tensor<2x4xi32> {{\[\[}}7, 0, 7, 0], [7, 0, 7, 0]]
module {
  func.func @main(%output: memref<2x4xi32> {nibble.role = "output"}) {
    %c0 = arith.constant 0 : index
    %i0 = arith.constant 0 : i32
    %i7 = arith.constant 7 : i32
    linalg.fill ins(%i0 : i32) outs(%output : memref<2x4xi32>)
    scf.forall (%i, %j) = (0, 0) to (2, 4) step (1, 2) {
      %local = memref.alloca() : memref<1xi32>
      memref.store %i7, %local[%c0] : memref<1xi32>
      %value = memref.load %local[%c0] : memref<1xi32>
      memref.store %value, %output[%i, %j] : memref<2x4xi32>
    }
    scf.forall (%i, %j) = (0, 3) to (2, 3) step (1, 1) {
      memref.store %i7, %output[%i, %j] : memref<2x4xi32>
    }
    return
  }
}
