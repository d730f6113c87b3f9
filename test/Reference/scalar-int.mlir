// RUN: %nibble_interpret %s | FileCheck %s

// Integers wrap at their width, whatever the interpreter holds them in.

func.func @main() -> (tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi1>,
                      tensor<4xi1>, tensor<4xi32>, tensor<4xi32>, tensor<4xf32>, tensor<4xf32>, tensor<4xi8>, tensor<4xi8>,
                      tensor<4xi8>, tensor<4xi1>, i64) {
  %a = arith.constant dense<[100, -128, -7, 5]> : tensor<4xi8>
  %b = arith.constant dense<[100, -1, 2, -3]> : tensor<4xi8>
  %true = arith.constant dense<true> : tensor<4xi1>
  // CHECK: tensor<4xi8> [-56, 127, -5, 2]
  %add = arith.addi %a, %b : tensor<4xi8>
  // CHECK-NEXT: tensor<4xi8> [16, -128, -14, -15]
  %mul = arith.muli %a, %b : tensor<4xi8>
  // Towards zero, towards minus infinity, and as unsigned: 249 / 2, 5 / 253. -128 / -1 wraps.
  // CHECK-NEXT: tensor<4xi8> [1, -128, -3, -1]
  %div = arith.divsi %a, %b : tensor<4xi8>
  // CHECK-NEXT: tensor<4xi8> [1, -128, -4, -2]
  %floordiv = arith.floordivsi %a, %b : tensor<4xi8>
  // CHECK-NEXT: tensor<4xi8> [1, 0, 124, 0]
  %divu = arith.divui %a, %b : tensor<4xi8>
  // CHECK-NEXT: tensor<4xi8> [0, 0, -1, 2]
  %rem = arith.remsi %a, %b : tensor<4xi8>
  // CHECK-NEXT: tensor<4xi1> [0, 1, 1, 0]
  %slt = arith.cmpi slt, %a, %b : tensor<4xi8>
  // CHECK-NEXT: tensor<4xi1> [0, 1, 0, 1]
  %ult = arith.cmpi ult, %a, %b : tensor<4xi8>
  // CHECK-NEXT: tensor<4xi32> [100, -128, -7, 5]
  %sext = arith.extsi %a : tensor<4xi8> to tensor<4xi32>
  // CHECK-NEXT: tensor<4xi32> [100, 128, 249, 5]
  %zext = arith.extui %a : tensor<4xi8> to tensor<4xi32>
  // CHECK-NEXT: tensor<4xf32> [100, -128, -7, 5]
  %sitofp = arith.sitofp %a : tensor<4xi8> to tensor<4xf32>
  // CHECK-NEXT: tensor<4xf32> [100, 128, 249, 5]
  %uitofp = arith.uitofp %a : tensor<4xi8> to tensor<4xf32>
  // CHECK-NEXT: tensor<4xi8> [-56, 0, -14, 10]
  %one = arith.constant dense<1> : tensor<4xi8>
  %shl = arith.shli %a, %one : tensor<4xi8>
  // CHECK-NEXT: tensor<4xi8> [50, -64, -4, 2]
  %shrs = arith.shrsi %a, %one : tensor<4xi8>
  // CHECK-NEXT: tensor<4xi8> [50, 64, 124, 2]
  %shru = arith.shrui %a, %one : tensor<4xi8>
  // CHECK-NEXT: tensor<4xi1> [1, 0, 0, 1]
  %not = arith.xori %slt, %true : tensor<4xi1>
  // CHECK-NEXT: tensor<i64> 4
  %c = arith.constant 15 : i64
  %count = math.ctpop %c : i64
  return %add, %mul, %div, %floordiv, %divu, %rem, %slt, %ult, %sext, %zext, %sitofp, %uitofp, %shl, %shrs, %shru, %not, %count
    : tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi1>, tensor<4xi1>,
      tensor<4xi32>, tensor<4xi32>, tensor<4xf32>, tensor<4xf32>, tensor<4xi8>, tensor<4xi8>, tensor<4xi8>, tensor<4xi1>, i64
}
