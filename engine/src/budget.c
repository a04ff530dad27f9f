#include "budget.h"

#include "host.h"

static double allowed, spent;

void budget_begin(double allowance) {
  allowed = allowance;
  spent = 0;
}

double budget_spent(void) { return spent; }

void spend(double pixels, int cost) {
  spent += pixels * cost;
  if (spent > allowed) host_fail(FAILED_COST);
}
