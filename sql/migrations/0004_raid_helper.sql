-- What a Raid-Helper key has been used for, and sheets taken over from Raid-Helper.
SELECT; -- nothing yet
