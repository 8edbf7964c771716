#ifndef BARID_PLATFORM_DUTY_H
#define BARID_PLATFORM_DUTY_H
/*
 * When a radio shows its beacon, listens, and dials, and when it takes a new identity: pure policy, bytes of chance and a time in, decisions out.
 * Knows no Bluetooth. A daemon's ble.c and the simulator run the same file.
 */
/* The contract is the author's of duty.c to fill in. */
#endif
