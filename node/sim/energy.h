#ifndef BARID_NODE_SIM_ENERGY_H
#define BARID_NODE_SIM_ENERGY_H
/*
 * What a phone's battery gives up while its radio is busy: an estimate, for results and reports. The currents are rounded from data sheets of phones'
 * and Raspberry Pis' radios, and were not measured; the phone's own needs come on top.
 */

enum { ENERGY_ADVERTISE_UA = 100, ENERGY_SCAN_UA = 20000, ENERGY_LINKED_UA = 10000, ENERGY_MILLIVOLTS = 3700, ENERGY_BATTERY_MAH = 3000 };

/* Milliampere hours that a day costs if such a current (one of the above) flows for a part of it, 0 to 1. */
double energy_mah_a_day(double part, unsigned microamperes);

#endif
