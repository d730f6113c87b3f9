#include "nibble/Top/Top.h"
#include "nibble/Sibling/Sibling.h"
#include "nibble/Bottom/Bottom.h"
