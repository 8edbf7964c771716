#include "node/sim/energy.h"

double energy_mah_a_day(double part, unsigned microamperes)
{
	return part * microamperes / 1000 * 24;
}
