import { dayNames, SECOND } from './calendar.ts';
import type { Calendar, Component } from './calendar.ts';

/** The normal form of a calendar expression, as `systemd-analyze calendar` prints it. */
export function formatCalendar(calendar: Calendar): string {
  const { year, month, day, fromMonthEnd, hour, minute, microsecond } = calendar;
  const date = `${chain(year, 4)}-${chain(month, 2)}${fromMonthEnd ? '~' : '-'}${chain(day, 2)}`;
  const time = `${chain(hour, 2)}:${chain(minute, 2)}:${chain(microsecond, 2, SECOND)}`;
  const zone = calendar.zoneText ?? calendar.zone;
  return [weekdays(calendar.weekdays), date, time, zone].filter((part) => part !== undefined && part !== '').join(' ');
}

/** Runs of three and more days as `A..B`. */
function weekdays(days: number): string {
  const runs: string[] = [];
  for (let day = 0; day < 7; day++) {
    if ((days & (1 << day)) === 0) continue;
    let last = day;
    while ((days & (1 << (last + 1))) !== 0) last++;
    if (last - day >= 2) runs.push(`${dayNames[day]}..${dayNames[last]}`);
    else runs.push(...dayNames.slice(day, last + 1));
    day = last;
  }
  return runs.join(',');
}

function chain(components: readonly Component[], width: number, unit = 1): string {
  const [first] = components;
  if (
    first === undefined ||
    (unit === SECOND && first.start === 0 && first.stop === undefined && first.repeat === unit && components.length === 1)
  )
    return '*';
  return components.map((component) => written(component, width, unit)).join(',');
}

function written({ start, stop, repeat }: Component, width: number, unit: number): string {
  const range = stop === undefined ? '' : `..${value(stop, width, unit)}`;
  const step = repeat === 0 || (stop !== undefined && repeat === unit) ? '' : `/${value(repeat, 1, unit)}`;
  return `${value(start, width, unit)}${range}${step}`;
}

function value(number: number, width: number, unit: number): string {
  const whole = String(Math.floor(number / unit)).padStart(width, '0');
  const fraction = number % unit;
  return fraction === 0 ? whole : `${whole}.${String(fraction).padStart(6, '0')}`;
}
