// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(nibble-x86-lower-lookups{cpu=znver4},canonicalize)' | FileCheck %s
// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(nibble-x86-lower-lookups{cpu=avx512vnni},canonicalize)' | FileCheck %s --check-prefix=SHUFFLE
// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(nibble-x86-lower-lookups{cpu=avx2},canonicalize)' | FileCheck %s --check-prefix=AVX2

#id = affine_map<(d0, d1) -> (d0, d1)>

// Rows that follow each other are one: two vectors of 64 codes.
// CHECK-LABEL: func.func private @kernel
// CHECK-DAG: %[[PART0:.*]] = vector.load {{.*}}[%c0] : memref<320xi8>, vector<64xi8>
// CHECK-DAG: %[[PART1:.*]] = vector.load {{.*}}[%c64] : memref<320xi8>, vector<64xi8>
// CHECK-DAG: %[[PART2:.*]] = vector.load {{.*}}[%c128] : memref<320xi8>, vector<64xi8>
// CHECK-DAG: %[[PART3:.*]] = vector.load {{.*}}[%c192] : memref<320xi8>, vector<64xi8>
// CHECK: scf.for {{.*}} = %c0 to %c2 step %c1
// CHECK: %[[CODES:.*]] = vector.load {{.*}} : memref<192xi8>, vector<64xi8>
// CHECK: %[[LOW:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.qi.512"(%[[PART0]], %[[CODES]], %[[PART1]])
// CHECK: %[[HIGH:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.qi.512"(%[[PART2]], %[[CODES]], %[[PART3]])
// CHECK: %[[IS_HIGH:.*]] = arith.cmpi slt, %[[CODES]]
// CHECK: %[[ENTRIES:.*]] = arith.select %[[IS_HIGH]], %[[HIGH]], %[[LOW]]
// CHECK: vector.store %[[ENTRIES]], {{.*}} : memref<192xi8>, vector<64xi8>
// CHECK-NOT: linalg.generic

// Without AVX512-VBMI, sixteen shuffles.
// SHUFFLE-LABEL: func.func private @kernel
// SHUFFLE-COUNT-16: llvm.call_intrinsic "llvm.x86.avx512.pshuf.b.512"
// SHUFFLE-NOT: pshuf
// SHUFFLE: return
// AVX2-LABEL: func.func private @kernel
// AVX2: scf.for {{.*}} = %c0 to %c4 step %c1
// AVX2: %[[CODES:.*]] = vector.load {{.*}} : memref<192xi8>, vector<32xi8>
// AVX2: llvm.intr.uadd.sat(%[[CODES]], %{{.*}}) : (vector<32xi8>, vector<32xi8>) -> vector<32xi8>
// AVX2-COUNT-16: llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"
// AVX2-NOT: pshuf
// AVX2: return
func.func private @kernel(%tile: index, %x: memref<2x64xi8>, %table: memref<256xi8>, %y: memref<2x64xi8>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<2x64xi8>) outs(%y : memref<2x64xi8>) {
  ^bb0(%code: i8, %out: i8):
    %index = arith.index_castui %code : i8 to index
    %entry = memref.load %table[%index] : memref<256xi8>
    linalg.yield %entry : i8
  }
  return
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// Rows of a wider buffer are done one by one: a vector, and six codes.
// CHECK-LABEL: func.func private @rows
// CHECK: scf.for {{.*}} = %c0 to %c3 step %c1
// CHECK: vector.store {{.*}} : memref<344xi8>, vector<64xi8>
// CHECK: vector.store {{.*}} : memref<344xi8>, vector<4xi8>
// CHECK: vector.store {{.*}} : memref<344xi8>, vector<2xi8>
func.func private @rows(%tile: index, %x: memref<3x70xi8>, %table: memref<256xi8>, %y: memref<3x70xi8, strided<[105, 1]>>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<3x70xi8>) outs(%y : memref<3x70xi8, strided<[105, 1]>>) {
  ^bb0(%code: i8, %out: i8):
    %index = arith.index_castui %code : i8 to index
    %entry = memref.load %table[%index] : memref<256xi8>
    linalg.yield %entry : i8
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>

// Two million codes are worth several tiles.
// CHECK-LABEL: func.func @main
// CHECK: nibble.launch @large tiles(8)
// AVX2-LABEL: func.func @main
// AVX2: nibble.launch @large tiles(32)
// CHECK-LABEL: func.func private @large
// CHECK: arith.divui
func.func @main(%x: memref<2097152xi8>, %table: memref<256xi8>, %y: memref<2097152xi8>) {
  nibble.launch @large tiles(1) (%x, %table, %y) : memref<2097152xi8>, memref<256xi8>, memref<2097152xi8>
  return
}
func.func private @large(%tile: index, %x: memref<2097152xi8>, %table: memref<256xi8>, %y: memref<2097152xi8>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : memref<2097152xi8>) outs(%y : memref<2097152xi8>) {
  ^bb0(%code: i8, %out: i8):
    %index = arith.index_castui %code : i8 to index
    %entry = memref.load %table[%index] : memref<256xi8>
    linalg.yield %entry : i8
  }
  return
}

// -----

#id = affine_map<(d0) -> (d0)>

// Every second byte, and another element type, are left for plain loops.
// CHECK-LABEL: func.func private @left
// CHECK-COUNT-2: linalg.generic
func.func private @left(%tile: index, %x: memref<8xi8, strided<[2]>>, %table: memref<256xi8>, %y: memref<8xi8>,
                        %floats: memref<256xf32>, %z: memref<8xf32>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : memref<8xi8, strided<[2]>>) outs(%y : memref<8xi8>) {
  ^bb0(%code: i8, %out: i8):
    %index = arith.index_castui %code : i8 to index
    %entry = memref.load %table[%index] : memref<256xi8>
    linalg.yield %entry : i8
  }
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%y : memref<8xi8>) outs(%z : memref<8xf32>) {
  ^bb0(%code: i8, %out: f32):
    %index = arith.index_castui %code : i8 to index
    %entry = memref.load %floats[%index] : memref<256xf32>
    linalg.yield %entry : f32
  }
  return
}
