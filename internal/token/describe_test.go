package token

import (
	"fmt"
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	zone := time.FixedZone("EST", -5*3600)
	for _, test := range []struct{ value, words, problem string }{
		{fmt.Sprint(now.Unix() - 3*3600 - 12*60), "expired 3 h 12 min ago (2027-01-14 23:48:00 EST, 04:48:00 UTC)", ""},
		{fmt.Sprint(now.Unix() + 90), "expires in 1 min 30 s (2027-01-15 03:01:30 EST, 08:01:30 UTC)", ""},
		{fmt.Sprint(now.Unix()), "expired just now (2027-01-15 03:00:00 EST, 08:00:00 UTC)", ""},
		{fmt.Sprintf("%d.5", now.Unix()+1), "expires in 1 s (2027-01-15 03:00:01 EST, 08:00:01 UTC)", ""},
		{fmt.Sprintf(`"%d"`, now.Unix()-60), "expired 1 min ago (2027-01-15 02:59:00 EST, 07:59:00 UTC)", "it is a number within a string; some libraries refuse that"},
		{fmt.Sprint(now.UnixMilli() + 60000), "expires in 1 min (2027-01-15 03:01:00 EST, 08:01:00 UTC)",
			"it counts milliseconds; libraries read seconds and take it for a time thousands of years away"},
		{`"tomorrow"`, "exp is no time", "it is a string, where the number of seconds since 1970 belongs"},
		{`null`, "exp is no time", "it is null, where the number of seconds since 1970 belongs"},
		{`1e300`, "exp is no time", "the number is too large for a time"},
		{`1e999`, "exp is no time", "the number is too large for a time"},
	} {
		times := signedWith(t, "k", `{"exp":`+test.value+`}`).Times(now.In(zone))
		if len(times) != 1 || times[0].String() != test.words || times[0].Problem != test.problem {
			t.Errorf("%s: %q, %q; want %q, %q", test.value, times[0], times[0].Problem, test.words, test.problem)
		}
	}
	times := signedWith(t, "k", fmt.Sprintf(`{"nbf":%d,"iat":%d}`, now.Unix()+60, now.Unix()-60)).Times(now)
	if len(times) != 2 || times[0].Words != "issued 1 min ago" || times[1].Words != "becomes valid in 1 min" {
		t.Errorf("%v", times)
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", time.Millisecond: "0 s", 59 * time.Second: "59 s", time.Minute: "1 min", 3*time.Hour + 12*time.Minute + time.Second: "3 h 12 min",
		24*time.Hour + 59*time.Minute: "1 d", 26 * time.Hour: "1 d 2 h", 400 * 24 * time.Hour: "1 year 35 d", -90 * time.Second: "minus 1 min 30 s",
		800 * 24 * time.Hour: "2 years 70 d", -1 << 63: "minus 292 years 171 d",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%d: %q, want %q", d, got, want)
		}
	}
}

func TestLifetime(t *testing.T) {
	if d, ok := signedWith(t, "k", `{"iat":100,"exp":1900}`).Lifetime(); !ok || d != 30*time.Minute {
		t.Errorf("%v, %v", d, ok)
	}
	for _, payload := range []string{`{"exp":1}`, `{"iat":1}`, `{"iat":1,"exp":"x"}`, `{"iat":1,"exp":1e300}`} {
		if _, ok := signedWith(t, "k", payload).Lifetime(); ok {
			t.Errorf("%s has a lifetime", payload)
		}
	}
}
