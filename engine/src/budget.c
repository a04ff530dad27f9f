#include "budget.h"

#include "host.h"

static double left;

void budget_begin(double allowance) { left = allowance; }

void spend(double pixels, int cost) {
  left -= pixels * cost;
  if (left < 0) host_fail(FAILED_COST);
}
