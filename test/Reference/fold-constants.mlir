// RUN: %nibble_interpret --fold %s | FileCheck %s

// evaluateConstant: tensors and scalars, resources beyond 1 KiB, and what it leaves alone.

// CHECK-LABEL: func.func @main
// CHECK-SAME:    %[[X:.*]]: tensor<2xf32>
func.func @main(%x: tensor<2xf32>) -> (tensor<2xf32>, index, tensor<3xi1>, tensor<2x2xf32>, tensor<512xi32>, tensor<2xf32>,
                                       tensor<2000xf32>, i32) {
  %a = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %c1 = arith.constant 1 : index
  %two = arith.constant 2.0 : f32
  %zero_int = arith.constant 0 : i32
  %empty = tensor.empty() : tensor<2xf32>

  // CHECK-DAG: %[[SCALED:.*]] = arith.constant dense<[2.000000e+00, 4.000000e+00]> : tensor<2xf32>
  %scaled = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
              ins(%a : tensor<2xf32>) outs(%a : tensor<2xf32>) {
    ^bb0(%in: f32, %out: f32):
      %y = arith.mulf %in, %two : f32
      linalg.yield %y : f32
  } -> tensor<2xf32>
  // CHECK-DAG: %[[NEXT:.*]] = arith.constant 2 : index
  %next = arith.addi %c1, %c1 : index
  // CHECK-DAG: %[[BITS:.*]] = arith.constant dense<[true, true, false]> : tensor<3xi1>
  %numbers = arith.constant dense<[1, 2, 3]> : tensor<3xi32>
  %limit = arith.constant dense<2> : tensor<3xi32>
  %bits = arith.cmpi sle, %numbers, %limit : tensor<3xi32>
  // A splat stays one.
  // CHECK-DAG: %[[SPLAT:.*]] = arith.constant dense<2.000000e+00> : tensor<2x2xf32>
  %splat = tensor.splat %two : tensor<2x2xf32>
  // CHECK-DAG: %[[LARGE:.*]] = arith.constant dense_resource<folded> : tensor<512xi32>
  %large = tensor.generate {
    ^bb0(%i: index):
      %n = arith.index_cast %i : index to i32
      tensor.yield %n : i32
  } : tensor<512xi32>

  // An operand that is no constant, a result that is too large, an error at run time.
  // CHECK-DAG: %[[SUM:.*]] = arith.addf %[[X]], %{{.*}} : tensor<2xf32>
  %sum = arith.addf %x, %a : tensor<2xf32>
  // CHECK-DAG: %[[TOO_LARGE:.*]] = tensor.splat %{{.*}} : tensor<2000xf32>
  %too_large = tensor.splat %two : tensor<2000xf32>
  // CHECK-DAG: %[[QUOTIENT:.*]] = arith.divsi %{{.*}}, %{{.*}} : i32
  %quotient = arith.divsi %zero_int, %zero_int : i32

  // CHECK: return %[[SCALED]], %[[NEXT]], %[[BITS]], %[[SPLAT]], %[[LARGE]], %[[SUM]], %[[TOO_LARGE]], %[[QUOTIENT]]
  return %scaled, %next, %bits, %splat, %large, %sum, %too_large, %quotient
    : tensor<2xf32>, index, tensor<3xi1>, tensor<2x2xf32>, tensor<512xi32>, tensor<2xf32>, tensor<2000xf32>, i32
}
